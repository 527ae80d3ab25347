"""Plans: drafts, publishing, comparison."""
