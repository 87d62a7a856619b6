"""The services of Resonanz; none imports another."""
