/** The building blocks of a validation (ETSI EN 319 102-1 §5), by their names in the report. */
export const blocks = {
  'format-checking': ['Kiểm tra định dạng', 'Format checking'],
  'identification-of-signing-certificate': ['Xác định chứng thư của người ký', 'Identification of the signing certificate'],
  'validation-context-initialization': ['Xác định chính sách kiểm tra', 'Choice of the checking policy'],
  'cryptographic-verification': ['Kiểm tra mật mã', 'Cryptographic verification'],
  'certificate-validation': ['Kiểm tra chứng thư và đường dẫn tin cậy', 'Validation of the certificate and its chain'],
  'revocation-freshness': ['Độ mới của thông tin thu hồi', 'Freshness of the revocation information'],
  'signature-acceptance': ['Chữ ký đáp ứng chính sách', 'Acceptance of the signature'],
  'timestamp-validation': ['Kiểm tra dấu thời gian', 'Validation of timestamps'],
  'basic-signature': ['Chữ ký cơ bản', 'Basic signature'],
  'signature-with-time': ['Chữ ký có dấu thời gian', 'Signature with time'],
  'past-certificate-validation': ['Chứng thư tại thời điểm trong quá khứ', 'The certificate in the past'],
  'validation-time-sliding': ['Lùi thời điểm kiểm tra', 'Sliding of the validation time'],
  'past-signature-validation': ['Chữ ký tại thời điểm trong quá khứ', 'The signature in the past'],
  'long-term-validation': ['Kiểm tra dài hạn', 'Long-term validation'],
  'changes-after-signing': ['Thay đổi sau khi ký', 'Changes after signing'],
} as const;
