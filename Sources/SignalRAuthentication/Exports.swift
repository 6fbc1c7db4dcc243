// Keys and errors are part of what an application says and is told.
@_exported public import SignedTokens
