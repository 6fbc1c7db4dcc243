import NIOCore
import NIOHTTP1

/// A transport whose clients send with requests of their own.
protocol PostedTransport: HubTransport {
    var connection: any HubTransportOwner { get }
    var sends: SendQueue<HubInquiry> { get set }
}

extension PostedTransport {
    /// A client has sent something.
    ///
    /// - Returns: `false` if more waits than may.
    func take(_ send: HubInquiry) -> Bool {
        switch self.sends.add(send, size: send.body.readableBytes) {
        case .take: self.handOver(send)
        case .wait: break
        case .full:
            send.reply(.busy)
            return false
        case .ended: send.reply(.text(.notFound))
        }
        return true
    }

    func setReading(_ isReading: Bool) {
        self.sends.setReading(isReading)
        while let send = self.sends.next() { self.handOver(send) }
    }

    /// Answers all that will not be taken any more.
    func refuseSends() {
        for send in self.sends.end() { send.reply(.text(.notFound)) }
    }

    /// The client sent this before there was a transport.
    func takeEarly(_ early: ByteBuffer) {
        guard early.readableBytes > 0 else { return }
        var bytes = early
        self.connection.received(&bytes, now: .now())
    }

    private func handOver(_ send: HubInquiry) {
        var bytes = send.body
        self.connection.received(&bytes, now: .now())
        send.reply(.text(.ok))
    }
}
