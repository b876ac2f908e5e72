"""What families say of the service: rounds of a questionnaire (S000-13)."""
