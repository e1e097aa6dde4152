"""API clients in the admin. Imported only where django-oauth-toolkit is installed."""
