// What a client's author needs of the protocol: which of them to speak.
@_exported public import SignalRProtocol
