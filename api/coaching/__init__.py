"""The content of the coaching: agreements, goals, curriculum and follow-ups, one package each."""
