"""One file for each rule; `table` orders them."""
