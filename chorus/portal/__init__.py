"""The portal's own data: its directory, its states, its rejections."""
