// What a hub's author needs of the protocol: messages, fragments, reasons, clocks.
@_exported public import SignalRProtocol
