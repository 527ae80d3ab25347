"""The curriculum: the modules of a deployment, and those that pairs have planned and covered."""
