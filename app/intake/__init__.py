"""How a family comes to the centre: messages, applications, the recognition of need, and their journals."""
