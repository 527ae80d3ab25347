"""HTTP: authentication, authorization, problem documents, URLs, middleware."""
