"""The content of coaching: agreements, goals, curriculum and follow-ups, one package each."""
