"""A real mail server for the tests (aiosmtpd): writes what it is given into a folder, says its port on standard output.

arguments: FOLDER [--tls CERT KEY] [--login USER PASSWORD] [--no-utf8]
"""

import asyncio
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Folder:
    def __init__(self, path):
        self.path = path
        self.count = 0

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        note = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "options": envelope.mail_options,
            "ehlo": session.host_name,
            "tls": session.ssl is not None,
            "login": session.auth_data.login.decode() if session.auth_data else None,
            "text": envelope.original_content.decode("utf-8"),
        }
        name = os.path.join(self.path, f"{self.count:04}.json")
        with open(name + ".part", "w") as out:
            json.dump(note, out)
        os.rename(name + ".part", name)
        return "250 taken"


def main(args):
    folder = args.pop(0)
    options = {"enable_SMTPUTF8": True}
    while args:
        word = args.pop(0)
        if word == "--tls":
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(args.pop(0), args.pop(0))
            options["tls_context"] = context
        elif word == "--login":
            user, password = args.pop(0).encode(), args.pop(0).encode()

            def check(server, session, envelope, mechanism, data):
                good = isinstance(data, LoginPassword) and (data.login, data.password) == (user, password)
                return AuthResult(success=good, handled=False, auth_data=data if good else None)

            options.update(authenticator=check, auth_required=True, auth_require_tls="tls_context" in options)
        elif word == "--no-utf8":
            options["enable_SMTPUTF8"] = False
    async def serve():
        handler = Folder(folder)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(handler, loop=loop, **options), "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        async with server:
            await server.serve_forever()

    asyncio.run(serve())


main(sys.argv[1:])
