"""StreamField blocks of the tracker; forms and dynamic content will bring the first."""
