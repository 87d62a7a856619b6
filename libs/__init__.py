"""Code shared by the services; knows none of them."""
