#!/bin/sh
# The commands on a server, as the bot's user and with its settings. Copy to /usr/local/bin/okmo-bot.
exec sudo -u okmo /opt/okmo-bot/.venv/bin/okmo-bot --config /etc/okmo-bot/config.env "$@"
