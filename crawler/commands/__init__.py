"""The subcommands of `tindothi`, one file each: parse arguments, call, print."""
