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
    /// What a rich subscription is told of a resource; `nil` for one that is not.
    ///
    /// - Parameter resource: The whole resource as JSON. Only what the subscription selected is told.
    mutating func content(_ resource: ByteBuffer, for subscription: EmulatedSubscription) -> UnsealedContent? {
        guard let certificate = subscription.encryption else { return nil }
        let options = ResourcePath(subscription.resource).options
        return UnsealedContent(
            plaintext: SelectedProperties.of(resource, options: options), key: self.random.bytes(32), certificate: certificate
        )
    }
}
