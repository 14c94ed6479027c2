"""Files in zips, as providers publish their history."""

import io
import struct
import zipfile
import zlib

from resources.errors import MalformedResponse

# What zipfile raises over bytes that are none, or not whole; a RuntimeError where it is encrypted.
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError,
    OverflowError, LookupError,
)  # fmt: skip
# The others unpack a whole block before they can be stopped.
_BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def unzipped(body: bytes, name: str, most: int, provider: str) -> bytes:
    """The only member of a zip, which must have this name and at most so many bytes.

    Raises MalformedResponse for any other bytes, before more than `most` of them are unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = archive.infolist()
            if [one.filename for one in members] != [name]:
                raise MalformedResponse(
                    f"{provider} answered a zip of {len(members)} files, not of {name} alone",
                    provider,
                )
            if members[0].compress_type not in _BOUNDED:
                raise MalformedResponse(f"{provider} answered a zip packed oddly", provider)
            with archive.open(members[0]) as packed:
                content = packed.read(most + 1)
    except _UNREADABLE as error:
        raise MalformedResponse(
            f"{provider} answered no whole zip of {name}: {error}"[:300], provider
        ) from error
    if len(content) > most:
        raise MalformedResponse(f"{provider} answered a {name} of more than {most} bytes", provider)
    return content
