"""``./dev portal``: the stand-in of the portal, until Ctrl+C."""

import sys

import stand_in


def main():
    server = stand_in.Server(int(sys.argv[1]))
    print(
        f"{server.address} stands for the portal; open it to deposit by hand.\n"
        f"  client id {stand_in.CLIENT_ID}, secret {stand_in.CLIENT_SECRET}\n"
        f"  account {stand_in.LOGIN}, password {stand_in.PASSWORD}\n"
        f"  state of an invoice: curl -X POST '{server.address}/state?number=…&state=A_RECYCLER'",
        flush=True,
    )
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main()
