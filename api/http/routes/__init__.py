"""The JSON routes: each reads the request, calls one workflow in one transaction, and returns."""
