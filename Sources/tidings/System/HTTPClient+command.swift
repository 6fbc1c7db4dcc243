import AsyncHTTPClient
import NIOCore

extension HTTPClient.Configuration {
    /// For commands: nobody waits for a server that is not there, and no answer sends them elsewhere.
    ///
    /// - Parameter silence: How long a server may say nothing; `nil` for any time.
    static func ofCommand(silence: TimeAmount? = nil) -> Self {
        var configuration = Self(redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5), read: silence))
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }
}
