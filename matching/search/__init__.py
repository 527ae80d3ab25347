"""Joint search for assignment and timetables: levels, column generation, and branch and price."""
