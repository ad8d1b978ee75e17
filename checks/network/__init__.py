"""Who may reach what: firewalls of every platform."""

LANGUAGES = ("terraform", "ansible")
