"""The text of ``netscope dns --help``."""

TEXT = """\
usage: netscope dns [@SERVER] [-46] [-b ADDRESS[#PORT]] [-c CLASS] [-f FILE] [-p PORT] [-t TYPE]
                    [-x ADDRESS | -q NAME | NAME] [TYPE] [CLASS] [+OPTION...] ...
"""
