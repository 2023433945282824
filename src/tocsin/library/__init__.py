"""What specs are made of: alert templates, panels, receivers, packs. One file for each thing."""
