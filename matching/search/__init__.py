"""Joint search for assignment and timetables: levels, column generation, branch and price."""
