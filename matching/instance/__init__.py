"""The problem instance: availability, feasible session series, and what is fixed already."""
