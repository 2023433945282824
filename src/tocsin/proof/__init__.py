"""Proof: the real engines judge what the witness proposes, column by column. No column passes unrun."""
