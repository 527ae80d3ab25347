"""What coaching is about: agreements, goals and curriculum, each in a package of its own."""
