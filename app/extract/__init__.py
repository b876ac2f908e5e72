"""«Выписка сведений о человеке»: all the centre holds about a person, for his request (152-ФЗ, article 14)."""
