"""CRM remembers: one contact over all channels of a brand."""
