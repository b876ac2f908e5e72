"""The screens of registers and reports; what they hold is in ``reports/``."""
