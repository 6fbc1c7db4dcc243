import NIOCore

/// What is to be encrypted into a notification, and with what. It is sealed by whoever sends it, not under the graph's lock.
struct UnsealedContent: Sendable, Equatable {
    /// The resource as JSON.
    var plaintext: ByteBuffer
    /// 32 bytes that were never used before.
    var key: [UInt8]
    var certificate: EncryptionCertificate
    /// What goes wrong with it.
    var flaw: Fault.ContentFlaw?
}

extension EmulatedGraph {
    /// What a rich subscription is told of a change; `nil` for one that is not, and if nothing is left.
    mutating func content(of change: ResourceChange, for subscription: EmulatedSubscription) -> UnsealedContent? {
        guard let certificate = subscription.encryption else { return nil }
        // Only Outlook's tell what was selected, the others everything.
        let select = subscription.workload == .outlook ? subscription.watch.select : nil
        guard let content = change.content(for: subscription, select: select) else { return nil }
        return UnsealedContent(plaintext: content.bytes, key: self.random.bytes(32), certificate: certificate)
    }
}
