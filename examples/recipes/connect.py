"""Connect with TLS and a password, all of which the environment names."""

import asyncio
import os

import tornado_pymongo


def make_client() -> tornado_pymongo.MongoClient:
    """Return a client, which is not connected yet."""
    return tornado_pymongo.MongoClient(
        os.environ["MONGODB_URI"],
        username=os.environ["MONGODB_USER"],
        password=os.environ["MONGODB_PASSWORD"],
        authSource="admin",
        tls=True,
        tlsCAFile=os.environ["MONGODB_CA_FILE"],
        tlsCertificateKeyFile=os.environ.get("MONGODB_CERTIFICATE"),
        serverSelectionTimeoutMS=5000,
    )


async def main() -> None:
    """Connect, and say as whom."""
    async with make_client() as client:
        status = await client.admin.command("connectionStatus")
        print("connected as", status["authInfo"]["authenticatedUsers"][0]["user"])


if __name__ == "__main__":
    asyncio.run(main())
