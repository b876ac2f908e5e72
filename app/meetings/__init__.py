"""Deciding bodies, their meetings, agenda, decisions and signatures."""
