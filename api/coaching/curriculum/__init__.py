"""The curriculum: modules of a deployment, and what pairs plan and have covered of them."""
