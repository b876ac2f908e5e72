"""«Мои задания»: the screens of long work; what it is and who does it is in ``app/jobs/``."""
