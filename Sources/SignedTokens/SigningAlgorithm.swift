/// The ways of signing that are accepted, by their names in a token's header.
///
/// `none` is not among them. Which of them a key may be used with is decided by the key alone, see ``KeyMaterial``.
package enum SigningAlgorithm: String, Sendable {
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"
    case edDSA = "EdDSA"
    case hs256 = "HS256"
}
