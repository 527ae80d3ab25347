"""Long lists: searching, sorting, filtering and paging, with the state in the URL."""
