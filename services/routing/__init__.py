"""Routing decides: which queue, which agent, which state, and says why."""
