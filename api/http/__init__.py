"""HTTP layer: authentication, authorization, problem documents, URLs and middleware."""
