"""Running Resonanz: engines, topics, indexes, demo, images."""
