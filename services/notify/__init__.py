"""Notify tells: agents at once, and those who were away what they have missed."""
