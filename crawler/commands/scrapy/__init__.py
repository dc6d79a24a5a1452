"""Scrapy's own commands where ours must differ: a module's name is the command's (`COMMANDS_MODULE`)."""
