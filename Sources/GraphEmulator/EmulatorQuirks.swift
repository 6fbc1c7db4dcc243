/// What Graph has been seen to do, though nothing says so, or not always. All of it is off.
public struct EmulatorQuirks: Sendable {
    /// Whether a renewal that changes nothing but the expiry repeats the handshake.
    public var validatesOnRenewal = false
    /// Whether a reauthorization repeats the handshake.
    public var validatesOnReauthorization = false
    /// How long a URL that has answered the handshake is not asked again; zero: it always is.
    public var validationCache: Duration = .zero
    /// Whether the error about a handshake names the status of the answer.
    public var namesHandshakeStatus = false
    /// Whether validation tokens are random characters, those that need care in a URL among them.
    public var opaqueValidationTokens = false
    /// How long a deleted subscription counts against the quotas; zero: not at all.
    public var deletedCountFor: Duration = .zero
    /// How long the answer to a create is held back, so that notifications come first; zero: not at all.
    public var createdAnswerDelay: Duration = .zero
    /// Whether a renewal soon after a reauthorization, or the other way round, fails at random: it is not found, or forgotten.
    public var confusesReauthorizationWithRenewal = false
    /// How many times more an event that was made or changed is said to be updated, each time with another change key; 0.
    public var eventStorm = 0

    public init() {}
}
