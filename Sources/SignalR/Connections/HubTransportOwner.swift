import NIOCore
import SignalRProtocol

/// What a transport carries: a connection, or the way to one. Everything happens on the transport's event loop.
protocol HubTransportOwner: AnyObject {
    /// Lends storage for what was read. It must be given back.
    func takeScratch() -> ByteBuffer
    func giveBack(_ scratch: ByteBuffer)
    /// A transport carries it from now on.
    func begin(over transport: any HubTransport)
    /// Bytes have arrived.
    func received(_ bytes: inout ByteBuffer, now: LoopInstant)
    /// Room has been made by the transport.
    func drained()
    /// The transport wants it to end.
    func close(_ reason: CloseReason)
    /// The client takes nothing of what waits for it, and the transport is about to cut it off.
    func stuck()
    /// The server goes away.
    func shutDown()
    /// The transport has lost or ended it.
    func transportEnding(_ reason: CloseReason)
    /// Nothing is left of the transport.
    func transportEnded()
}

extension HubConnection: HubTransportOwner {}
