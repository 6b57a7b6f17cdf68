"""What the portal publishes and answers: its directory, its states, its rejections."""
