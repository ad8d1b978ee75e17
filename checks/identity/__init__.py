"""Who may do what: access policies in any spelling."""

LANGUAGES = ("terraform", "ansible")
