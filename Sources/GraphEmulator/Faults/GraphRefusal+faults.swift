import HTTPTypes

/// What Graph says when it has trouble of its own, or thinks that somebody asks too often.
extension GraphRefusal {
    static func tooManyRequests(category: String, _ retryAfter: Fault.RetryAfter, now: Int64) -> GraphRefusal {
        var refusal = GraphRefusal(
            .tooManyRequests, "TooManyRequests",
            "Too many requests from Identifier:Emulator under category:\(category). Please try again later."
        )
        refusal.fields[.retryAfter] = retryAfter.text(now: now)
        return refusal
    }

    /// A fault that was asked for.
    static func fault(status: Int, _ retryAfter: Fault.RetryAfter, now: Int64) -> GraphRefusal {
        guard status != 429 else { return .tooManyRequests(category: "throttle.fault", retryAfter, now: now) }
        let code =
            switch status {
            case 401: "InvalidAuthenticationToken"
            case 403: "Forbidden"
            case 404: "ResourceNotFound"
            case 500: "InternalServerError"
            case 502: "BadGateway"
            case 503: "ServiceUnavailable"
            case 504: "GatewayTimeout"
            default: "UnknownError"
            }
        var refusal = GraphRefusal(.init(code: status), code, "This is a fault that was set in the emulator.")
        refusal.fields[.retryAfter] = retryAfter.text(now: now)
        return refusal
    }
}

extension Fault.RetryAfter {
    /// As the field's value; `nil` if there is to be none.
    func text(now: Int64) -> String? {
        switch self {
        case .none: return nil
        case .seconds(let seconds): return "\(seconds)"
        case .decimal(let seconds):
            let milliseconds = Int64((seconds * 1000).rounded())
            return "\(milliseconds / 1000).\(String(1000 + milliseconds % 1000).dropFirst())"
        case .date(let seconds): return GraphDateTime.http(now + Int64(seconds) * 1000)
        }
    }
}
