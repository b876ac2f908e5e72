"""What the centre finds out about a family: acts, diagnostics, problems and resources, passports, reviews."""
