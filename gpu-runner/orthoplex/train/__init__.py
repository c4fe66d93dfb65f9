"""Training of concepts on any frozen base."""
